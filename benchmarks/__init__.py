"""What is measured, against what: every figure beside a baseline of the same run."""
