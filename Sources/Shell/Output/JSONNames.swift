extension String {
    /// The name in JSON of what people read as `Max memory`, `OS Type` or `CPU(s)`: `maxMemory`, `osType`, `cpus`.
    var jsonName: String {
        let words = unicodeScalars.filter { $0 != "(" && $0 != ")" }.split {
            !$0.properties.isAlphabetic && $0.properties.numericType == nil
        }
        return words.enumerated().map { index, word in
            let text = String(String.UnicodeScalarView(word))
            return index == 0 ? text.lowercased() : text.prefix(1).uppercased() + text.dropFirst()
        }.joined()
    }
}
