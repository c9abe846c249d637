/* An agent for a JVM that says what it was told, and does nothing else.
 *
 * It appends a line for each start to the file that SAYS names: how it was started, its options, and
 * what the file of its token holds. It fails where its options ask for that. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copies the value of the option `key` without its percent signs; empty where there is none. */
static void value(const char *options, const char *key, char *into, size_t room) {
    const char *at = options == NULL ? NULL : strstr(options, key);
    size_t length = 0;
    if (at != NULL) {
        for (at += strlen(key); *at != '\0' && *at != ',' && length + 1 < room; at++) {
            char digits[3] = {0};
            if (*at == '%' && at[1] != '\0' && at[2] != '\0') {
                memcpy(digits, at + 1, 2);
                into[length++] = (char)strtol(digits, NULL, 16);
                at += 2;
            } else {
                into[length++] = *at;
            }
        }
    }
    into[length] = '\0';
}

static int say(const char *how, const char *options) {
    char path[1024], token[1024] = "-";
    const char *says = getenv("SAYS");
    value(options, "token_file=", path, sizeof path);
    FILE *file = path[0] == '\0' ? NULL : fopen(path, "r");
    if (file != NULL) {
        token[fread(token, 1, sizeof token - 1, file)] = '\0';
        token[strcspn(token, "\n")] = '\0';
        fclose(file);
    }
    file = says == NULL ? NULL : fopen(says, "a");
    if (file != NULL) {
        fprintf(file, "%s %s %s\n", how, options == NULL ? "" : options, token);
        fclose(file);
    }
    return options != NULL && strstr(options, "service=fails") != NULL ? 7 : 0;
}

int Agent_OnLoad(void *vm, char *options, void *reserved) {
    (void)vm, (void)reserved;
    return say("load", options);
}

int Agent_OnAttach(void *vm, char *options, void *reserved) {
    (void)vm, (void)reserved;
    return say("attach", options);
}
