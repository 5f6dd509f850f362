using System.Runtime.CompilerServices;
using VirtMigration.Native.Interop;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>Sizes and offsets as a C compiler gives them for libvirt's headers on x86-64 and AArch64 Linux.</summary>
public sealed class StructLayoutTests
{
    [Fact]
    public void Typed_parameter()
    {
        VirTypedParameter value = default;
        Assert.Equal(96, Unsafe.SizeOf<VirTypedParameter>());
        Assert.Equal(0, Offset(ref value, ref value.Name));
        Assert.Equal(80, Offset(ref value, ref value.Type));
        Assert.Equal(88, Offset(ref value, ref value.Int32));
        Assert.Equal(88, Offset(ref value, ref value.UInt32));
        Assert.Equal(88, Offset(ref value, ref value.Int64));
        Assert.Equal(88, Offset(ref value, ref value.UInt64));
        Assert.Equal(88, Offset(ref value, ref value.Double));
        Assert.Equal(88, Offset(ref value, ref value.Boolean));
        Assert.Equal(88, Offset(ref value, ref value.Text));
    }

    [Fact]
    public void Error()
    {
        VirError value = default;
        Assert.Equal(80, Unsafe.SizeOf<VirError>());
        Assert.Equal(0, Offset(ref value, ref value.Code));
        Assert.Equal(4, Offset(ref value, ref value.Domain));
        Assert.Equal(8, Offset(ref value, ref value.Message));
        Assert.Equal(16, Offset(ref value, ref value.Level));
        Assert.Equal(24, Offset(ref value, ref value.Connection));
        Assert.Equal(32, Offset(ref value, ref value.DomainObject));
        Assert.Equal(40, Offset(ref value, ref value.Text1));
        Assert.Equal(48, Offset(ref value, ref value.Text2));
        Assert.Equal(56, Offset(ref value, ref value.Text3));
        Assert.Equal(64, Offset(ref value, ref value.Number1));
        Assert.Equal(68, Offset(ref value, ref value.Number2));
        Assert.Equal(72, Offset(ref value, ref value.Network));
    }

    [Fact]
    public void Node_info()
    {
        VirNodeInfo value = default;
        Assert.Equal(64, Unsafe.SizeOf<VirNodeInfo>());
        Assert.Equal(0, Offset(ref value, ref value.Model));
        Assert.Equal(32, Offset(ref value, ref value.Memory));
        Assert.Equal(40, Offset(ref value, ref value.Cpus));
        Assert.Equal(44, Offset(ref value, ref value.Megahertz));
        Assert.Equal(48, Offset(ref value, ref value.Nodes));
        Assert.Equal(52, Offset(ref value, ref value.Sockets));
        Assert.Equal(56, Offset(ref value, ref value.Cores));
        Assert.Equal(60, Offset(ref value, ref value.Threads));
    }

    [Fact]
    public void Domain_info()
    {
        VirDomainInfo value = default;
        Assert.Equal(40, Unsafe.SizeOf<VirDomainInfo>());
        Assert.Equal(0, Offset(ref value, ref value.State));
        Assert.Equal(8, Offset(ref value, ref value.MaxMemory));
        Assert.Equal(16, Offset(ref value, ref value.Memory));
        Assert.Equal(24, Offset(ref value, ref value.VirtualCpus));
        Assert.Equal(32, Offset(ref value, ref value.CpuTime));
    }

    [Fact]
    public void Domain_control_info()
    {
        VirDomainControlInfo value = default;
        Assert.Equal(16, Unsafe.SizeOf<VirDomainControlInfo>());
        Assert.Equal(0, Offset(ref value, ref value.State));
        Assert.Equal(4, Offset(ref value, ref value.Details));
        Assert.Equal(8, Offset(ref value, ref value.StateTime));
    }

    [Fact]
    public unsafe void Domain_statistics_record()
    {
        VirDomainStatsRecord value = default;
        VirDomainStatsRecord* start = &value;
        Assert.Equal(24, sizeof(VirDomainStatsRecord));
        Assert.Equal(0, (byte*)&start->Domain - (byte*)start);
        Assert.Equal(8, (byte*)&start->Parameters - (byte*)start);
        Assert.Equal(16, (byte*)&start->Count - (byte*)start);
    }

    [Fact]
    public void Node_memory_statistics()
    {
        VirNodeMemoryStats value = default;
        Assert.Equal(88, Unsafe.SizeOf<VirNodeMemoryStats>());
        Assert.Equal(0, Offset(ref value, ref value.Name));
        Assert.Equal(80, Offset(ref value, ref value.Value));
    }

    private static int Offset<TStruct, TField>(ref TStruct start, ref TField field) =>
        (int)Unsafe.ByteOffset(ref Unsafe.As<TStruct, byte>(ref start), ref Unsafe.As<TField, byte>(ref field));
}
