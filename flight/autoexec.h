/* Commands on a boot medium: the file etc/autoexec, which the medium's own menu hands over as a
 * boot module, as it does with every file below os/bootfs (docs/boot-modules.md, section 6).
 *
 * Only the copy in the staging folder is changed.  A function that fails has said why in one line
 * on stderr. */
#pragma once

#include "flight/commands.h"
#include "flight/staging.h"

struct autoexec {
    const struct flight_command *command; /* who speaks on stderr */
    const struct staging *staging;
    const char *text; /* of the file */
};

/* Puts it onto the image of a stick that has been staged under that name; needs mtools. */
enum flight_status autoexec_onto_disk(const struct autoexec *autoexec, const char *name);

/* The same with an ISO; needs xorriso. */
enum flight_status autoexec_onto_iso(const struct autoexec *autoexec, const char *name);

/* Stages the folder of a TFTP server under that name: links to what is in `source`, but for the
 * file and the list that the menu reads. */
enum flight_status autoexec_into_net(const struct autoexec *autoexec, const char *name,
                                     const char *source);
