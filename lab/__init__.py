"""The lab: systems built from their models out of real servers, whose elements are lost while requests are counted."""
