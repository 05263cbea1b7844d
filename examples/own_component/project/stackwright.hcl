vendor = "used"
