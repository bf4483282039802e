/* Times that vary. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel/jitter.h"
#include "kernel/tunables.h"

static uint64_t seed;

uint64_t tunable(enum tunable_id id)
{
    assert_int_equal(id, TUNABLE_SEED);
    return seed;
}

static uint32_t draw(uint32_t minimum, uint32_t maximum)
{
    return jitter_draw((struct jitter_range){minimum, maximum});
}

static void numbers_lie_within_their_range_and_reach_its_ends(void **state)
{
    uint32_t seen = 0; /* bit = number - 10 */
    (void)state;
    for (uint32_t i = 0; i < 200; i++) {
        uint32_t number = draw(10, 14);
        assert_in_range(number, 10, 14);
        seen |= 1u << (number - 10);
    }
    assert_int_equal(seen, 0x1f);
    assert_int_equal(draw(7, 7), 7);
    (void)draw(0, UINT32_MAX - 1);
}

/* Ten thousand numbers, each tenth of the range has a tenth of them, within a twelfth. */
static void no_part_of_the_range_is_preferred(void **state)
{
    uint32_t counts[10] = {0};
    (void)state;
    for (uint32_t i = 0; i < 10000; i++)
        counts[draw(0, 999999) / 100000]++;
    for (uint32_t i = 0; i < 10; i++)
        assert_in_range(counts[i], 920, 1080);
}

/* What is drawn before has no part in it but its count. */
static void another_seed_gives_other_numbers(void **state)
{
    uint32_t same = 0;
    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        seed = 1;
        uint32_t one = draw(0, 999);
        seed = 2;
        same += one == draw(0, 999);
    }
    assert_in_range(same, 0, 10);
    seed = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_lie_within_their_range_and_reach_its_ends),
        cmocka_unit_test(no_part_of_the_range_is_preferred),
        cmocka_unit_test(another_seed_gives_other_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
