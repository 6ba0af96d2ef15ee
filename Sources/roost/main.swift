import LinuxSystem
import Shell

ThisProcess.exit(await RoostProgram.run(Array(ThisProcess.arguments().dropFirst())))
