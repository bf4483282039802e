/* Words for the values of an enumeration; included behind cmocka.h. */
#pragma once

/* `str` has a phrase of its own, which is not empty, for each value from 0 to `last`, and another one for what lies
 * beyond. */
#define assert_phrases(str, type, last)                                                            \
    do {                                                                                           \
        for (int phrase_a = 0; phrase_a <= (int)(last); phrase_a++) {                              \
            assert_string_not_equal(str((type)phrase_a), "");                                      \
            for (int phrase_b = phrase_a + 1; phrase_b <= (int)(last) + 1; phrase_b++)             \
                assert_string_not_equal(str((type)phrase_a), str((type)phrase_b));                 \
        }                                                                                          \
    } while (0)
