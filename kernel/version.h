/* What this kernel calls itself. */
#pragma once

#define VERSION_NAME    "Firstlight"
#define VERSION_RELEASE "0.1"
