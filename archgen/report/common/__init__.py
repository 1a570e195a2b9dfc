"""What reports share: terminal style and prose. No report stands here."""
