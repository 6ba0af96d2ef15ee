// What a program says, written to files that turn over; see logs.c.
#pragma once

// Notes one file from "PIPE:FILE:FOLDER:NAME": the pipe that is read, the open file that its content goes to, the folder
// that it stands in, and its name there. Answers false where the text is something else.
#include <stdbool.h>
#include <stddef.h>

bool logs_add(const char *text);

extern unsigned long long logs_size; // how many bytes a file has before it turns over; 0 for any number
extern unsigned logs_backups;        // how many former files are kept
extern int logs_done;                // held open until all is written; -1 for none

bool logs_wanted(void);

// Writes until nobody has the other end of any pipe, and never returns.
void logs_write(char **arguments);

// Closes all of it, in who doesn't write.
void logs_forget(void);
