"""Anyone's own data: finding out what lies at a path, and reading it as a task."""
