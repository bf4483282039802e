/* The kernel's memcpy() and its like, under other names, beside those of the host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

void *kernel_memcpy(void *to, const void *from, size_t length);
void *kernel_memmove(void *to, const void *from, size_t length);
void *kernel_memset(void *to, int value, size_t length);
int kernel_memcmp(const void *a, const void *b, size_t length);
size_t kernel_strlen(const char *text);

enum {
    LENGTHS = 80, /* more than each of the steps, several times */
    OFFSETS = 8,
    ROOM = LENGTHS + 2 * OFFSETS
};

static uint8_t ours[ROOM], theirs[ROOM], from[ROOM];

static void fill(void)
{
    for (size_t i = 0; i < ROOM; i++) {
        from[i] = (uint8_t)(7 * i + 1);
        ours[i] = theirs[i] = (uint8_t)(0xff - i);
    }
}

static void memcpy_copies_exactly_that(void **state)
{
    (void)state;
    for (size_t length = 0; length <= LENGTHS; length++)
        for (size_t offset = 0; offset < OFFSETS * OFFSETS; offset++) {
            size_t a = offset / OFFSETS, b = offset % OFFSETS;
            fill();
            assert_ptr_equal(kernel_memcpy(ours + a, from + b, length), ours + a);
            memcpy(theirs + a, from + b, length);
            assert_memory_equal(ours, theirs, ROOM);
        }
}

static void memmove_copies_what_overlaps(void **state)
{
    (void)state;
    for (size_t length = 0; length <= LENGTHS; length++)
        for (size_t offset = 0; offset < 4 * OFFSETS * OFFSETS; offset++) {
            size_t a = offset / (2 * OFFSETS), b = offset % (2 * OFFSETS);
            fill();
            assert_ptr_equal(kernel_memmove(ours + a, ours + b, length), ours + a);
            memmove(theirs + a, theirs + b, length);
            assert_memory_equal(ours, theirs, ROOM);
        }
}

static void memset_sets_exactly_that(void **state)
{
    (void)state;
    static const int values[] = {0, 0x5a, 0xff, -1, 0x1234};
    for (size_t length = 0; length <= LENGTHS; length++)
        for (size_t i = 0; i < OFFSETS * sizeof values / sizeof values[0]; i++) {
            size_t offset = i % OFFSETS;
            fill();
            assert_ptr_equal(kernel_memset(ours + offset, values[i / OFFSETS], length),
                             ours + offset);
            memset(theirs + offset, values[i / OFFSETS], length);
            assert_memory_equal(ours, theirs, ROOM);
        }
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void memcmp_finds_the_first_that_differs(void **state)
{
    (void)state;
    for (size_t length = 0; length <= LENGTHS; length++)
        for (size_t at = 0; at < length + 2; at++) {
            fill();
            memcpy(ours, from, ROOM);
            ours[at] ^= 0x80;
            ours[at + 1] ^= 0xff;
            assert_int_equal(sign(kernel_memcmp(ours, from, length)),
                             sign(memcmp(ours, from, length)));
            assert_int_equal(sign(kernel_memcmp(from, ours, length)),
                             sign(memcmp(from, ours, length)));
        }
}

/* Behind the NUL begins a page that nobody may read. */
static void strlen_stays_in_the_page(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages != MAP_FAILED);
    assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
    static const char letters[] = {'a', '\x01', '\x7f', '\x80', '\x81', '\xff'};
    for (size_t i = 0; i < sizeof letters; i++) {
        memset(pages, letters[i], page);
        pages[page - 1] = '\0';
        for (size_t length = 0; length < LENGTHS; length++)
            assert_int_equal(kernel_strlen(pages + page - 1 - length), length);
        for (size_t length = 0; length < LENGTHS; length++)
            for (size_t offset = 0; offset < OFFSETS; offset++) {
                pages[offset + length] = '\0';
                assert_int_equal(kernel_strlen(pages + offset), length);
                pages[offset + length] = letters[i];
            }
    }
    assert_int_equal(munmap(pages, 2 * page), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memcpy_copies_exactly_that),
        cmocka_unit_test(memmove_copies_what_overlaps),
        cmocka_unit_test(memset_sets_exactly_that),
        cmocka_unit_test(memcmp_finds_the_first_that_differs),
        cmocka_unit_test(strlen_stays_in_the_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
