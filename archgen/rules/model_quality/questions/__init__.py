"""The questions of `incomplete-model`: generators of gaps, one module per topic, which know no other. No rule stands here."""
