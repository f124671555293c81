"""Cards on paper and on the screen: text, QR codes, HTML, PDF, and what a thermal printer takes. No card is kept."""
