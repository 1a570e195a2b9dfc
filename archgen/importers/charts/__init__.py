"""Charts of Helm that lie in a repository, as far as their templates can be read without Helm."""
