import CLinux
import Glibc

/// Starts a program and answers its process number. The caller takes its end.
///
/// It waits until the program is loaded, so it belongs to `Blocking`.
func spawn(_ orders: ProgramOrders) throws(SystemError) -> Int32 {
    guard let path = ProgramOrders.find(orders.program) else {
        throw SystemError(call: "exec", errno: ENOENT, context: orders.program)
    }
    let high = try highCopies(of: orders.descriptors)
    defer { withExtendedLifetime(high) {} }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for number: Int32 in 0...2 where high[number] == nil {
        posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
    }
    for (number, copy) in high {
        posix_spawn_file_actions_adddup2(&actions, copy.rawValue, number)
    }
    closeOthers(than: high.keys.sorted(), &actions)
    if let directory = orders.directory { posix_spawn_file_actions_addchdir_np(&actions, directory) }

    var attributes = spawnAttributes(newSession: orders.newSession)
    defer { posix_spawnattr_destroy(&attributes) }
    var id: pid_t = 0
    let environment = orders.environment ?? ThisProcess.environment
    let failure = withCStrings([path] + orders.arguments) { arguments in
        withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
            posix_spawn(&id, path, &actions, &attributes, arguments, environment)
        }
    }
    if failure != 0 { throw SystemError(call: "exec", errno: failure, context: path) }
    giveFormerFileLimit(to: id)
    return id
}

/// The limit of open files that this process had before it raised its own. A program that asks for its limit in its
/// first moments may still see the raised one; what `roost-launch` starts never does.
private func giveFormerFileLimit(to id: Int32) {
    guard let former = ThisProcess.fileLimitOfPrograms else { return }
    var value = former.value
    _ = clinux_limits(id, Int32(RLIMIT_NOFILE.rawValue), &value, nil)
}

/// Copies above every wanted number, so that putting one in place never overwrites another's source.
private func highCopies(of descriptors: [Int32: Descriptor]) throws(SystemError) -> [Int32: Descriptor] {
    let minimum = max(3, (descriptors.keys.max() ?? 2) &+ 1)
    var copies: [Int32: Descriptor] = [:]
    for (number, descriptor) in descriptors {
        guard number >= 0 else { throw SystemError(call: "dup2", errno: EBADF) }
        copies[number] = try descriptor.duplicate(minimum: minimum)
    }
    return copies
}

/// Closes everything above the highest wanted number. What is below is closed on exec, as all that this
/// module opens.
private func closeOthers(than numbers: [Int32], _ actions: inout posix_spawn_file_actions_t) {
    posix_spawn_file_actions_addclosefrom_np(&actions, max(2, numbers.last ?? 2) &+ 1)
}

/// No signal blocked or ignored, whatever this process does.
private func spawnAttributes(newSession: Bool) -> posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    var flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    if newSession { flags |= Int32(CLINUX_SPAWN_SETSID) }
    posix_spawnattr_setflags(&attributes, Int16(flags))
    return attributes
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}
