# VMs of the test driver: each host has one that is called test, so each host is a cluster's VM of its own.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    Import-ModuleUnderTest

    # Three VMs of one cluster and one of another, as libvirt's test driver reads them from a file.
    function New-TestHost([string] $Name, [string] $Cluster, [string[]] $Vms) {
        $domains = $Vms | ForEach-Object { "<domain type='test'><name>$_</name><uuid>$([guid]::new([Security.Cryptography.MD5]::HashData([Text.Encoding]::UTF8.GetBytes($_))))</uuid><memory>65536</memory><os><type>hvm</type></os></domain>" }
        $file = Join-Path $env:VIRTMIGRATION_HOME "$Name.xml"
        "<node>$domains</node>" | Set-Content $file
        Register-VmHost $Name "test://$file" -Cluster $Cluster | Out-Null
    }

    function Get-ClusterText { Get-Content (Join-Path $env:VIRTMIGRATION_HOME cluster.json) -Raw }

    function Get-Completion([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText }
}

AfterAll { $env:VIRTMIGRATION_HOME = $script:homeBefore }

Describe 'Affinity groups' {
    BeforeEach {
        $env:VIRTMIGRATION_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        New-Item $env:VIRTMIGRATION_HOME -ItemType Directory | Out-Null
        New-TestHost t1 west db1, db2, web1
        New-TestHost t2 east far1, far2
    }

    It 'are made of VMs that come down the pipeline' {
        $group = Get-VM db* | New-VmAffinityGroup db -KeepApart -Mandatory -WarningAction Ignore
        $group | Should -BeOfType VirtMigration.Options.AffinityGroup
        $group.Name, $group.Cluster, $group.Rule, $group.Mandatory | Should -Be db, west, Apart, $true
        $group.Vms.Name | Should -Be db1, db2
        $group.Vms.Uuid | Should -Be (Get-VM db*).Uuid
        (Get-VmAffinityGroup).Vms.Name | Should -Be db1, db2
        (ConvertTo-AndFromJson (Get-VmAffinityGroup)).Vms.Count | Should -Be 2
    }

    It 'are made of names too' {
        (New-VmAffinityGroup shop web1, db1 -KeepTogether).Rule | Should -Be Together
        (Get-VmAffinityGroup shop).Mandatory | Should -BeFalse
    }

    It 'are only shown with -WhatIf' {
        $before = Get-ClusterText
        $said = Invoke-Shell 'Get-VM db* | New-VmAffinityGroup db -KeepTogether -Mandatory -WhatIf'
        $said | Should -Match "What if: Add affinity group 'db' of cluster 'west': db1, db2 together, mandatory"
        Get-ClusterText | Should -Be $before
        New-VmAffinityGroup db db1, db2 -KeepTogether | Out-Null
        $before = Get-ClusterText
        $said = Invoke-Shell 'Set-VmAffinityGroup db -AddVM web1 -Mandatory -NewName all -WhatIf; Remove-VmAffinityGroup db -WhatIf'
        $said | Should -Match "Affinity group 'db' of cluster 'west': Name db -> all, Mandatory False -> True, Vms db1, db2 -> db1, db2, web1"
        $said | Should -Match "Remove affinity group 'db' of cluster 'west' \(db1, db2 together\); its VMs stay"
        Get-ClusterText | Should -Be $before
    }

    It 'are listed by name and by VM' {
        New-VmAffinityGroup db db1, db2 -KeepTogether | Out-Null
        New-VmAffinityGroup shop web1, db1 -KeepTogether | Out-Null
        New-VmAffinityGroup away far1, far2 -KeepTogether | Out-Null
        (Get-VmAffinityGroup).Name | Should -Be away, db, shop
        (Get-VmAffinityGroup -Cluster WEST).Name | Should -Be db, shop
        (Get-VmAffinityGroup d*).Name | Should -Be db
        (Get-VM db1 | Get-VmAffinityGroup).Name | Should -Be db, shop
        (Get-VmAffinityGroup -VM web1).Name | Should -Be shop
        (Get-VmAffinityGroup -VM "$((Get-VM web1).Uuid)").Name | Should -Be shop
        Get-VmAffinityGroup zz* | Should -BeNullOrEmpty
        Assert-Error (Get-ErrorOf { Get-VmAffinityGroup shp }) AffinityGroupNotFound shp "no affinity group 'shp'. Did you mean 'shop'"
        Assert-Error (Get-ErrorOf { Get-VmAffinityGroup -VM db9 }) VmNotFound db9 "no VM 'db9'"
        Remove-VmAffinityGroup db
        Get-VM db2 | Get-VmAffinityGroup | Should -BeNullOrEmpty
    }

    It 'read well at 100 columns' {
        New-VmAffinityGroup db db1, db2, web1 -KeepTogether | Out-Null
        Assert-View (Get-VmAffinityGroup | Get-View) 'Name +Cluster +Rule +Mandatory +VMs'
        Get-VmAffinityGroup | Get-View | Should -Match 'db +west +Together +False +db1, db2, web1'
    }

    It 'are changed in what is typed, and by what comes down the pipeline' {
        New-VmAffinityGroup db db1, db2 -KeepTogether | Out-Null
        Set-VmAffinityGroup db -AddVM web1 | Should -BeNullOrEmpty
        $changed = Set-VmAffinityGroup DB -RemoveVM db2 -KeepApart -Mandatory -PassThru -WarningAction Ignore
        $changed.Rule, $changed.Mandatory, "$($changed.Vms.Name)" | Should -Be Apart, $true, 'db1 web1'
        Get-VmAffinityGroup | Set-VmAffinityGroup -Mandatory:$false -WarningAction Ignore
        $group = Get-VmAffinityGroup db
        $group.Rule, $group.Mandatory, "$($group.Vms.Name)" | Should -Be Apart, $false, 'db1 web1'
        Set-VmAffinityGroup db -NewName data -WarningAction Ignore
        (Get-VmAffinityGroup).Name | Should -Be data
        Get-VmAffinityGroup | Remove-VmAffinityGroup
        Get-VmAffinityGroup | Should -BeNullOrEmpty
    }

    It 'lose a VM that is gone, without asking any host' {
        New-VmAffinityGroup db db1, db2, web1 -KeepTogether | Out-Null
        Unregister-VmHost t1 -Confirm:$false
        (Get-VmAffinityGroup -VM db2).Name | Should -Be db -Because 'hosts that are unregistered leave groups alone'
        Set-VmAffinityGroup db -RemoveVM db2
        (Get-VmAffinityGroup db).Vms.Name | Should -Be db1, web1
    }

    It 'that cannot be kept are refused, and what may not be kept is a warning' {
        New-VmAffinityGroup db db1, db2 -KeepApart -Mandatory -WarningVariable said -WarningAction SilentlyContinue | Out-Null
        $said | Should -Match "2 VMs and cluster 'west' 1 host: they cannot all run apart"
        Assert-Error (Get-ErrorOf { New-VmAffinityGroup all db1, db2, web1 -KeepTogether -Mandatory }) AffinityConflict all "together by group 'all', and apart by group 'db'"
        New-VmAffinityGroup all db1, db2, web1 -KeepTogether -WarningVariable said -WarningAction SilentlyContinue | Out-Null
        $said | Should -Match "together by group 'all', and apart by group 'db'"
        Assert-Error (Get-ErrorOf { Set-VmAffinityGroup all -Mandatory }) AffinityConflict all "'db'"
        (Get-VmAffinityGroup all).Mandatory | Should -BeFalse
    }

    It 'refuse <What>' -ForEach @(
        @{ What = 'one VM'; Try = { New-VmAffinityGroup x db1 -KeepApart }; Id = 'AffinityTooFewVms'; Says = 'one VM' }
        @{ What = 'the same VM twice'; Try = { New-VmAffinityGroup x db1, DB1 -KeepApart }; Id = 'AffinityTooFewVms'; Says = 'one VM' }
        @{ What = 'VMs of several clusters'; Try = { New-VmAffinityGroup x db1, far1 -KeepApart }; Id = 'AffinityClustersDiffer'; Says = "far1 is in cluster 'east'" }
        @{ What = 'a VM that is not there'; Try = { New-VmAffinityGroup x db1, db9 -KeepApart }; Id = 'VmNotFound'; Says = "no VM 'db9'" }
        @{ What = 'a name with a blank'; Try = { New-VmAffinityGroup 'x y' db1, db2 -KeepApart }; Id = 'AffinityGroupNameInvalid'; Says = "'x y'" }
        @{ What = 'a name that is taken'; Try = { New-VmAffinityGroup HERE db1, db2 -KeepTogether }; Id = 'AffinityGroupExists'; Says = "'HERE'" }
        @{ What = 'to take out what is not in it'; Try = { Set-VmAffinityGroup here -RemoveVM far1 }; Id = 'VmNotInAffinityGroup'; Says = "no VM 'far1' in affinity group 'here'" }
        @{ What = 'to leave one VM'; Try = { Set-VmAffinityGroup here -RemoveVM db* }; Id = 'AffinityTooFewVms'; Says = 'one VM' }
        @{ What = 'to add one of another cluster'; Try = { Set-VmAffinityGroup here -AddVM far1 }; Id = 'AffinityClustersDiffer'; Says = 'far1' }
        @{ What = 'a group that is not there'; Try = { Remove-VmAffinityGroup hre }; Id = 'AffinityGroupNotFound'; Says = "Did you mean 'here'" }
    ) {
        New-VmAffinityGroup here db1, db2, web1 -KeepTogether | Out-Null
        $before = Get-ClusterText
        $record = Get-ErrorOf $Try
        ($record.FullyQualifiedErrorId -split ',')[0] | Should -Be $Id
        "$record" | Should -Match $Says
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Get-ClusterText | Should -Be $before
    }

    It 'of one name in two clusters are told apart by -Cluster' {
        New-VmAffinityGroup all db1, db2 -KeepTogether | Out-Null
        New-VmAffinityGroup all far1, far2 -KeepTogether | Out-Null
        Assert-Error (Get-ErrorOf { Set-VmAffinityGroup all -Mandatory }) AffinityGroupAmbiguous all "cluster 'east', cluster 'west'"
        Set-VmAffinityGroup all -Cluster west -Mandatory
        Get-VmAffinityGroup -Cluster east | Remove-VmAffinityGroup
        (Get-VmAffinityGroup).Cluster, (Get-VmAffinityGroup).Mandatory | Should -Be west, $true
    }

    It 'warn where VMs that must be together have no assigned host in common' {
        New-TestHost t3 west other1
        # The test driver has no metadata that lasts longer than the connection, which this process keeps.
        Set-VmMigrationOption db1 -AssignedHosts t1 -WarningAction Ignore
        Set-VmMigrationOption db2 -AssignedHosts t3 -WarningAction Ignore
        New-VmAffinityGroup db db1, db2 -KeepTogether -Mandatory -WarningVariable said -WarningAction SilentlyContinue | Out-Null
        $said | Should -Match 'no host in common.*db1: assigned to t1; db2: assigned to t3'
    }

    It 'are completed: <Line>' -ForEach @(
        @{ Line = 'Get-VmAffinityGroup d'; Expected = 'db' }
        @{ Line = 'Set-VmAffinityGroup d'; Expected = 'db' }
        @{ Line = 'Remove-VmAffinityGroup d'; Expected = 'db' }
        @{ Line = 'New-VmAffinityGroup x -VM we'; Expected = 'web1' }
        @{ Line = 'Set-VmAffinityGroup db -AddVM we'; Expected = 'web1' }
    ) {
        New-VmAffinityGroup db db1, db2 -KeepTogether | Out-Null
        Get-Completion $Line | Should -Be $Expected
    }
}
