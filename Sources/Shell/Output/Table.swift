import JSON

/// Rows of cells in columns as wide as their widest cell.
struct Table {
    private let header: [String]
    private var rows: [[Cell]] = []

    /// A table with these names of columns.
    init(_ header: String...) { self.header = header }

    init(header: [String]) { self.header = header }

    mutating func add(_ cells: String...) { rows.append(cells.map(Cell.text)) }

    mutating func add(cells: [String]) { rows.append(cells.map(Cell.text)) }

    mutating func add(cells: [Cell]) { rows.append(cells) }

    /// An object a row, whose members are called as the columns are.
    var json: JSONValue {
        let names = header.map(\.jsonName)
        return .array(rows.map { row in .object(JSONObject(zip(names, row.map(\.json)))) })
    }

    /// The text, each line with its end; without names of columns and rule where `hasHeader` is false.
    func text(hasHeader: Bool) -> String {
        let shown = (hasHeader ? [header] : []) + rows.map { $0.map(\.description) }
        let escaped = shown.map { row in row.map(Self.printable) }
        let widths = Self.widths(escaped)
        var lines = escaped.map { Self.line($0, widths) }
        if hasHeader { lines.insert(String(repeating: "-", count: widths.reduce(0) { $0 + $1 + 3 }), at: 1) }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func widths(_ rows: [[String]]) -> [Int] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                let width = columns(of: cell)
                if column < widths.count {
                    widths[column] = max(widths[column], width)
                } else {
                    widths.append(width)
                }
            }
        }
        return widths
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (column, cell) in cells.enumerated() {
            text += " " + cell
            if column + 1 < cells.count {
                text += String(repeating: " ", count: widths[column] - columns(of: cell) + 2)
            }
        }
        return text
    }

    /// Control characters as `\x` and two digits, so that no cell moves another.
    private static func printable(_ cell: String) -> String {
        guard cell.utf8.contains(where: { $0 < 32 || $0 == 127 }) else { return cell }
        var text = ""
        for scalar in cell.unicodeScalars {
            if scalar.value >= 32 && scalar.value != 127 {
                text.unicodeScalars.append(scalar)
            } else {
                text += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            }
        }
        return text
    }

    /// How many columns of a terminal `text` takes.
    static func columns(of text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0..<0x300: 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            2
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: 0
            default: 1
            }
        }
    }
}
