import LinuxSystem
import VirtXML

extension DeviceReader {
    /// A USB device. Its numbers are udev's, and without them it isn't shown.
    func usbDevice(_ device: SystemDevice) -> Found? {
        var usb = USBDeviceCapability()
        guard let bus = device.decimal("BUSNUM"), let number = device.decimal("DEVNUM"),
            let vendor = device.hexadecimal("ID_VENDOR_ID"), let product = device.hexadecimal("ID_MODEL_ID")
        else { return nil }
        (usb.bus, usb.device) = (bus, number)
        usb.vendor.id = vendor
        usb.vendor.name = device.property("ID_VENDOR_FROM_DATABASE") ?? device.text("manufacturer")
        usb.product.id = product
        usb.product.name = device.property("ID_MODEL_FROM_DATABASE") ?? device.text("product")
        return (Self.name("usb", device.name), .usbDevice(usb))
    }

    /// One function of a USB device.
    func usbInterface(_ device: SystemDevice) -> Found? {
        func read(_ name: String) -> UInt32? { device.text(name).flatMap { UInt32($0, radix: 16) } }
        guard let number = read("bInterfaceNumber"), let kind = read("bInterfaceClass"),
            let subclass = read("bInterfaceSubClass"), let spoken = read("bInterfaceProtocol")
        else { return nil }
        var usb = USBInterfaceCapability()
        (usb.number, usb.interfaceClass, usb.subclass, usb.protocol) = (number, kind, subclass, spoken)
        return (Self.name("usb", device.name), .usbInterface(usb))
    }
}

extension SystemDevice {
    fileprivate func decimal(_ property: String) -> UInt32? { self.property(property).flatMap { UInt32($0) } }

    fileprivate func hexadecimal(_ property: String) -> UInt32? {
        self.property(property).flatMap { UInt32($0, radix: 16) }
    }
}
