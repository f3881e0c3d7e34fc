-- The gateway keeps its tables in `terrane`, each product in a database of its own beside it, which it creates itself.
GRANT ALL PRIVILEGES ON `terrane%`.* TO 'terrane'@'%';
