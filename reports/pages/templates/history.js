/* A page without lists needs no more than the theme. */
isReady();
