import DriverKit

extension QEMUDriver {
    public func autostart() async {
        await context.autostart(AutostartMark(folder: context.configuration.run), log: context.log)
    }
}
