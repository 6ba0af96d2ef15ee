import Glibc

extension ThisProcess {
    /// The words that the program was started with, its own name among them.
    ///
    /// Swift's `CommandLine` reads them from `/proc/self/cmdline`, and has none where `/proc` isn't mounted: a daemon
    /// would forget its root. The kernel puts them on the main thread's stack, right before the environment.
    /// To be called on the main thread, before anything sets a variable of the environment.
    public static func arguments() -> [String] {
        var here = 0
        let words = withUnsafePointer(to: &here) { wordsOnStack(above: UnsafeRawPointer($0)) }
        return words ?? CommandLine.arguments
    }

    /// The words before the environment; nil where that has been moved away from the stack.
    private static func wordsOnStack(above frame: UnsafeRawPointer) -> [String]? {
        typealias Word = UnsafeMutablePointer<CChar>?
        let variables: UnsafeMutablePointer<Word> = environ
        guard UnsafeRawPointer(variables) > frame else { return nil }
        // From high to low: the environment, a null, the words from last to first, their count.
        let end = variables - 1
        guard end.pointee == nil else { return nil }
        var count = 0
        while Int(bitPattern: (end - count - 1).pointee) != count { count += 1 }
        return (0..<count).compactMap { index in
            (end - count + index).pointee.map { String(cString: $0) }
        }
    }
}
