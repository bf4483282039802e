/* What this kernel calls itself. */
#pragma once

/* As uname and captures tell it. */
#define VERSION_NAME    "Firstlight"
#define VERSION_RELEASE "0.1"
