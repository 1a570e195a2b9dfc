"""Services that others run on the internet, as far as the settings of programs name them."""
