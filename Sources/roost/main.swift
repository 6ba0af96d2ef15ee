import LinuxSystem
import Shell

ThisProcess.exit(await RoostProgram.run(Array(CommandLine.arguments.dropFirst())))
