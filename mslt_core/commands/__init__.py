"""What the command line can do: each command asks the pipeline and says the answer twice."""
