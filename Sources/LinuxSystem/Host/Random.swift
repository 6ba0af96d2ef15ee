import CLinux
import Glibc

/// Random bytes from the kernel, fit for keys.
public enum Random {
    public static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            while used < count {
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[used...])
                let got = getrandom(rest.baseAddress, rest.count, 0)
                // Only an interruption can fail here: the call exists, and the buffer is ours.
                if got > 0 { used += got }
            }
        }
    }

    /// That many random bytes as lower-case hexadecimal digits, two for each.
    public static func hexadecimal(bytes count: Int) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes(count).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
