import LinuxSystem
import Virt

extension VirtError {
    /// A system call that failed, as the API reports it: what couldn't be done, and why.
    public init(_ error: SystemError, _ what: String, from origin: ErrorDomain) {
        self.init(
            code: .systemError, domain: origin, message: "\(what): \(error.reason)", string1: "%s",
            string2: what, integer1: error.errno)
    }

    /// Does something with the system; that it failed is reported as what couldn't be done.
    public static func reporting<Result>(
        _ what: @autoclosure () -> String, from origin: ErrorDomain,
        _ body: () throws(SystemError) -> Result
    ) throws(VirtError) -> Result {
        do throws(SystemError) { return try body() } catch { throw VirtError(error, what(), from: origin) }
    }
}
