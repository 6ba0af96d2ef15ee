import Shell

RoostProgram.main()
