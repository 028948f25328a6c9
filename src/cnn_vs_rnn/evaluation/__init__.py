"""What a trained trial is worth on the test part."""
