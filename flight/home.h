/* The folder that this program stands in. */
#pragma once

/* A file in it, for the caller to free; "" gives the folder itself, with a slash. */
char *home_path(const char *file);
