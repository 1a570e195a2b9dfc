"""The style and wording that reports share. No report stands here."""
