"""When things are due: working days and hours as the law counts them. Pure: the time is an argument."""
