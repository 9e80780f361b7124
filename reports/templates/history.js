/* The history of runs needs no more than the theme. */
isReady();
