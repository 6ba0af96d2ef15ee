import ByteText
import LinuxSystem

/// A thread of a guest.
struct GuestThread: Sendable {
    let id: Int
    let name: String
    /// The host's processors that it may run on.
    let cpus: String

    static func all(_ proc: String) -> [GuestThread] {
        let numbers = ((try? FileSystem.names(in: proc + "/task")) ?? []).compactMap { Int($0) }.sorted()
        return numbers.compactMap { number in
            let folder = "\(proc)/task/\(number)"
            guard let name = try? FileSystem.readText(folder + "/comm") else { return nil }
            let status = (try? FileSystem.readText(folder + "/status")) ?? ""
            let lines = status.split(atByte: "\n")
            let line = lines.lazy.compactMap { $0.droppingBytePrefix("Cpus_allowed_list:") }.first
            return GuestThread(
                id: number, name: name.replacing(byte: "\n", with: ""),
                cpus: line?.removingBlanks() ?? "")
        }
    }
}

/// Users and groups by their names.
enum Accounts {
    static func text(_ user: UInt32, _ group: UInt32) -> String {
        let userName = (try? UserAccount.withID(user))?.name ?? "\(user)"
        let groupName = (try? GroupAccount.withID(group))?.name ?? "\(group)"
        return "\(userName):\(groupName)"
    }
}
