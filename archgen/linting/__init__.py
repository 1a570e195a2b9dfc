"""The type of a rule, and the policy of a run: personas, selection, acceptance, custom rules. No rule stands here."""
