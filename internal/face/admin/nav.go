package admin

import "postmeter/internal/face/web"

// navigation names all there will be. An entry is shown once its route exists, to those who may use it.
var navigation = []web.NavItem{
	{Label: "Home", Path: "/", Icon: "home"},
	{Label: "Servers", Path: "/servers", Icon: "servers"},
	{Label: "Hosting Plans", Path: "/plans", Icon: "plans"},
	{Label: "Additional Charges", Path: "/charges", Icon: "charges"},
	{Label: "Customers", Path: "/customers-menu", Icon: "customers", Items: []web.NavItem{
		{Label: "Configure", Path: "/customers"},
		{Label: "Validate", Path: "/validation"},
		{Label: "Bill", Path: "/bill"},
		{Label: "Send", Path: "/send"},
	}},
	{Label: "Reports", Path: "/reports", Icon: "reports"},
	{Label: "Utilities", Path: "/utilities", Icon: "utilities"},
	{Label: "Settings", Path: "/settings-menu", Icon: "settings", Items: []web.NavItem{
		{Label: "Company and mail", Path: "/settings"},
		{Label: "Change Admins", Path: "/admins"},
		{Label: "Jobs", Path: "/jobs"},
	}},
}
