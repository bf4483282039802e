/* How a run ended. */
#include "flight/outcome.h"

#include <string.h>

#include "flight/print.h"

static enum flight_status say(const struct text_sink *sink, enum flight_status status,
                              const char *text)
{
    text_print(sink, "%s", text);
    return status;
}

/* The verdict frame alone decides. */
static enum flight_status judge_verdict(const struct text_sink *sink,
                                        const struct model_verdict *verdict)
{
    if (!verdict->known)
        return say(sink, FLIGHT_DIED, "died: ended without a verdict");
    if (!verdict->last)
        return say(sink, FLIGHT_DIED, "died: the verdict is not the last frame");
    enum flight_status status = FLIGHT_DIED;
    if (frame_string_is(verdict->status, "success"))
        status = FLIGHT_SUCCESS;
    else if (frame_string_is(verdict->status, "failure"))
        status = FLIGHT_FAILURE;
    else
        text_print(sink, "died: ");
    print_string(sink, verdict->status);
    text_print(sink, ": ");
    print_string(sink, verdict->reason);
    return status;
}

/* The verdict that an exit status stands for; NULL: none. */
static const char *verdict_of_exit(int exit_status)
{
    switch ((enum outcome_exit)exit_status) {
    case OUTCOME_EXIT_SUCCESS:
        return "success";
    case OUTCOME_EXIT_FAILURE:
        return "failure";
    case OUTCOME_EXIT_PANIC:
        return "panic";
    case OUTCOME_EXIT_NONE:
    case OUTCOME_EXIT_EMULATOR:
        break;
    }
    return NULL;
}

/* The machine stopped without saying how. */
static enum flight_status judge_silence(const struct text_sink *sink, const struct outcome *outcome)
{
    if (outcome->verdict->known)
        return judge_verdict(sink, outcome->verdict);
    return say(sink, FLIGHT_DIED,
               outcome->triple_fault ? "died: triple fault"
                                     : "died: unexpected reset or power-off, without a verdict");
}

static enum flight_status disagree(const struct text_sink *sink, const struct outcome *outcome,
                                   const char *exit_says)
{
    text_print(sink, "died: the exit status %d says %s, but ", outcome->exit_status, exit_says);
    if (!outcome->verdict->known)
        return say(sink, FLIGHT_DIED, "no verdict was received");
    if (!outcome->verdict->last)
        return say(sink, FLIGHT_DIED, "the verdict is not the last frame");
    text_print(sink, "the verdict says ");
    print_string(sink, outcome->verdict->status);
    text_print(sink, ": ");
    print_string(sink, outcome->verdict->reason);
    return FLIGHT_DIED;
}

/* The entry code says in text why this CPU cannot run the kernel, and exits as with a failure. */
static bool refused(const struct outcome *outcome)
{
    return outcome->exit_status == OUTCOME_EXIT_FAILURE && !outcome->frames &&
           outcome->last_line.length > 0;
}

static enum flight_status tell_refusal(const struct text_sink *sink, const struct outcome *outcome)
{
    text_print(sink, "died: the kernel refused to start: ");
    print_string(sink, outcome->last_line);
    return FLIGHT_DIED;
}

static enum flight_status judge_code(const struct text_sink *sink, const struct outcome *outcome)
{
    const struct model_verdict *verdict = outcome->verdict;
    const char *exit_says = verdict_of_exit(outcome->exit_status);
    if (exit_says == NULL)
        return disagree(sink, outcome, "something that only a stray write can say");
    if (verdict->last && frame_string_is(verdict->status, exit_says))
        return judge_verdict(sink, verdict);
    if (!verdict->known && outcome->exit_status == OUTCOME_EXIT_PANIC)
        return say(sink, FLIGHT_DIED, "died: panic, without a verdict");
    if (refused(outcome))
        return tell_refusal(sink, outcome);
    return disagree(sink, outcome, exit_says);
}

static enum flight_status judge_exit(const struct text_sink *sink, const struct outcome *outcome)
{
    int status = outcome->exit_status;
    if (status == OUTCOME_EXIT_NONE)
        return judge_silence(sink, outcome);
    if (status != OUTCOME_EXIT_EMULATOR && status % 2 == 1)
        return judge_code(sink, outcome);
    text_print(sink, "host: the emulator failed with exit status %d", status);
    return FLIGHT_HOST;
}

enum flight_status outcome_judge(const struct text_sink *sink, const struct outcome *outcome)
{
    switch (outcome->carrier) {
    case OUTCOME_LINE:
        return judge_verdict(sink, outcome->verdict);
    case OUTCOME_TIMEOUT:
        text_print(sink, "timeout: no end after %u s", outcome->timeout_s);
        return FLIGHT_TIMEOUT;
    case OUTCOME_EXCESS:
        text_print(sink, "host: more than %u MiB came without an end", outcome->limit_mib);
        return FLIGHT_HOST;
    case OUTCOME_EXITED:
        return judge_exit(sink, outcome);
    case OUTCOME_SIGNALLED:
        text_print(sink, "host: the emulator was killed by signal %d (%s)", outcome->signal_number,
                   strsignal(outcome->signal_number));
        return FLIGHT_HOST;
    }
    return FLIGHT_DIED;
}
