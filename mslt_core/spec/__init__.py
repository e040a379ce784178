"""Words and contracts: languages, errors, questions (specs), answers (results), metrics."""
