using System.Runtime.InteropServices;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>A test that calls the real library; where it is not installed the test is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LibvirtFactAttribute : FactAttribute
{
    public LibvirtFactAttribute()
    {
        if (!NativeLibrary.TryLoad("libvirt.so.0", out _))
        {
            Skip = "libvirt is not installed on this machine (apt install libvirt0, dnf install libvirt-libs).";
        }
    }
}
