import Glibc

/// What looking for a process has shown. Not being able to look is an answer of its own: nobody may take it for the end.
public enum ProcessSight: Sendable {
    /// It runs, and the handle holds on to it.
    case there(ProcessHandle)
    /// It has ended, whoever has its number now.
    case gone
    /// Whether it runs can't be seen at the moment: there is no memory, no free descriptor, no /proc.
    case unknown(SystemError)
}

extension ProcessIdentity {
    /// Looks for the process. May wait.
    public func look() -> ProcessSight {
        do throws(SystemError) {
            let handle = try ProcessHandle(self)
            return handle.hasEnded ? .gone : .there(handle)
        } catch {
            return error.errno == ESRCH ? .gone : .unknown(error)
        }
    }
}
