"""Shared by every test: shapes in signatures are checked at run time."""

from jaxtyping import install_import_hook

# Importing the library below this line checks every annotated tensor shape while the tests run.
install_import_hook("cnn_vs_rnn", "beartype.beartype")
