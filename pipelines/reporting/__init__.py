"""Judge the contests, write the report and the files beside it, print the table."""
