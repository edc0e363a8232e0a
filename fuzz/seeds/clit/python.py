x = """triple"""; y = r"raw\n"; # no
z = 'single'
