import ByteText

/// Reading of the kernel's lists of numbers.
enum NumberList {
    /// `0-3,8` as `[0, 1, 2, 3, 8]`. What is no such list gives what could be read before it.
    static func parse(_ text: String) -> [Int] {
        var numbers: [Int] = []
        for part in text.trimmingEnd().split(atByte: ",") {
            let ends = part.split(atByte: "-").map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, first >= 0, first <= last,
                last - first < 65536
            else { return numbers }
            numbers += Array(first...last)
        }
        return numbers
    }
}
