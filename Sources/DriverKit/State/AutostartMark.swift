import LinuxSystem

/// A file that says for which start of the host guests have been started: libvirt's `autostarted`, in a folder that need
/// not be emptied when the host starts.
public struct AutostartMark: Sendable {
    private let path: String

    public init(folder: String) { path = folder + "/autostarted" }

    /// Whether it was set since the host has started. May wait.
    public var isSet: Bool {
        guard let text = try? FileSystem.readText(path, limit: 256) else { return false }
        return text == Self.thisStart
    }

    /// Notes that guests have been started; why that can't be. May wait.
    public func set() -> SystemError? {
        do throws(SystemError) {
            try FileSystem.replace(path, with: Self.thisStart, mode: 0o600, survivesPowerCut: false)
            return nil
        } catch {
            return error
        }
    }

    private static var thisStart: String { ((try? Host.bootIdentity()) ?? "") + "\n" }
}
