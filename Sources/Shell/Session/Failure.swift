import ByteText
import LinuxSystem
import Roost
import Virt

/// Why a command didn't do its work: the lines to print, each behind "error: ".
///
/// Without lines it failed silently, and only the exit code tells.
struct Failure: Error {
    let lines: [String]

    init(_ lines: String...) {
        self.lines = lines
    }

    init(lines: [String]) {
        self.lines = lines
    }

    init(_ line: String, because cause: any Error) {
        lines = [line] + Failure.lines(of: cause)
    }

    /// That there is no such command, and which one may have been meant.
    static func unknownCommand(_ name: String, in groups: [CommandGroup] = CommandGroup.all) -> Failure {
        let names = groups.lazy.flatMap(\.commands).map(\.name)
        let hint = nearestWord(to: name, among: names).map { ["did you mean '\($0)'?"] } ?? []
        return Failure(lines: ["unknown command: '\(name)'"] + hint)
    }

    /// The lines that tell of `error`.
    static func lines(of error: any Error) -> [String] {
        switch error {
        case let failure as Failure: failure.lines
        case let error as VirtError: [error.message]
        case let error as SystemError: [error.description]
        default: ["\(error)"]
        }
    }
}

/// Says in one line what failed when `body` throws; the cause follows in a line of its own.
func explaining<Value>(
    _ line: @autoclosure () -> String, _ body: () async throws -> Value
) async throws -> Value {
    do {
        return try await body()
    } catch {
        throw Failure(line(), because: error)
    }
}
