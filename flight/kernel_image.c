/* A linked kernel as a file: ELF32, through elfutils' libelf. */
#include "flight/kernel_image.h"

#include <string.h>

static bool find_symbols(struct kernel_image *image)
{
    for (Elf_Scn *section = NULL; (section = elf_nextscn(image->elf, section)) != NULL;) {
        const Elf32_Shdr *header = elf32_getshdr(section);
        if (header == NULL || header->sh_type != SHT_SYMTAB)
            continue;
        const Elf_Data *data = elf_getdata(section, NULL);
        if (data == NULL)
            return false;
        image->symbols = data->d_buf;
        image->symbol_count = data->d_size / sizeof *image->symbols;
        image->names = header->sh_link;
        return true;
    }
    return false;
}

/* NULL: it is a kernel. */
static const char *examine(struct kernel_image *image)
{
    (void)elf_version(EV_CURRENT);
    image->elf = elf_memory((char *)image->file.bytes, image->file.length);
    const Elf32_Ehdr *header = image->elf != NULL ? elf32_getehdr(image->elf) : NULL;
    if (header == NULL || header->e_machine != EM_386 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return "it is no kernel of Firstlight";
    image->segments = elf32_getphdr(image->elf);
    if (image->segments == NULL || elf_getphdrnum(image->elf, &image->segment_count) != 0)
        return "it has no segments";
    return find_symbols(image) ? NULL : "it has no symbols";
}

bool kernel_image_open(struct kernel_image *image, const char *path, const char **why)
{
    memset(image, 0, sizeof *image);
    int error = file_bytes_read(&image->file, path);
    *why = error != 0 ? strerror(error) : examine(image);
    if (*why != NULL)
        kernel_image_close(image);
    return *why == NULL;
}

void kernel_image_close(struct kernel_image *image)
{
    (void)elf_end(image->elf);
    file_bytes_free(&image->file);
    memset(image, 0, sizeof *image);
}

/* The bytes from an address to the end of what the file holds there; *room: how many. */
static const uint8_t *bytes_from(const struct kernel_image *image, uint32_t address, uint32_t *room)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const Elf32_Phdr *segment = &image->segments[i];
        uint32_t into = address - segment->p_vaddr;
        if (segment->p_type != PT_LOAD || address < segment->p_vaddr || into >= segment->p_filesz)
            continue;
        uint64_t offset = (uint64_t)segment->p_offset + into;
        *room = segment->p_filesz - into;
        return offset + *room <= image->file.length ? image->file.bytes + offset : NULL;
    }
    return NULL;
}

const uint8_t *kernel_image_bytes(const struct kernel_image *image, uint32_t address, uint32_t size)
{
    uint32_t room;
    const uint8_t *bytes = bytes_from(image, address, &room);
    return bytes != NULL && size <= room ? bytes : NULL;
}

const char *kernel_image_text(const struct kernel_image *image, uint32_t address)
{
    uint32_t room;
    const uint8_t *bytes = bytes_from(image, address, &room);
    return bytes != NULL && memchr(bytes, '\0', room) != NULL ? (const char *)bytes : "";
}

uint32_t kernel_image_word(const struct kernel_image *image, uint32_t address)
{
    const uint8_t *bytes = kernel_image_bytes(image, address, 4);
    return bytes == NULL ? 0
                         : (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                               (uint32_t)bytes[3] << 24;
}

static const char *name_of(const struct kernel_image *image, const Elf32_Sym *symbol)
{
    const char *name = elf_strptr(image->elf, image->names, symbol->st_name);
    return name != NULL ? name : "";
}

bool kernel_image_symbol(const struct kernel_image *image, const char *name,
                         struct image_symbol *symbol)
{
    const Elf32_Sym *found = NULL;
    for (size_t i = 0; i < image->symbol_count; i++) {
        const Elf32_Sym *at = &image->symbols[i];
        bool is_file = ELF32_ST_TYPE(at->st_info) == STT_FILE;
        bool is_local = ELF32_ST_BIND(at->st_info) == STB_LOCAL;
        if (at->st_shndx == SHN_UNDEF || is_file || (is_local && found != NULL) ||
            strcmp(name_of(image, at), name) != 0)
            continue;
        found = at;
        if (!is_local)
            break;
    }
    if (found == NULL)
        return false;
    *symbol = (struct image_symbol){name_of(image, found), found->st_value, found->st_size,
                                    ELF32_ST_TYPE(found->st_info) == STT_FUNC};
    return true;
}
