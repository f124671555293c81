"""The sales of vouchers on a page: reports, the cash drawer, what runs short."""
