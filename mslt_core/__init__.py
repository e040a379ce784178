"""MSLT Lab: which source languages to train on, what it does inside the model, and how we know."""
